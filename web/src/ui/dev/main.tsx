// dev.html: one screen with pretended people. ?screen=room|prejoin|ended|landing &people=5 &cameras=4 &share=1 &chat=1 ...

import { render } from 'preact';
import { startLanguage } from '../../i18n';
import '../../styles/tokens.css';
import '../../styles/base.css';
import '../../styles/controls.css';
import '../../styles/page.css';
import { Landing } from '../landing/Landing';
import { MeetingOf } from '../meeting/Meeting';
import { fakeCall, fakeDevices, type Scene } from './fake';

const query = new URLSearchParams(location.search);
const number = (name: string, otherwise: number): number => Number(query.get(name) ?? otherwise);
const screen = query.get('screen') ?? 'room';
const people = number('people', 5);
const scene: Scene = {
  people,
  cameras: number('cameras', people),
  screen: query.has('share'),
  sharing: query.has('sharing'),
  phase: screen === 'room' ? (query.has('reconnecting') ? 'reconnecting' : 'live') : screen === 'ended' ? 'live' : 'idle',
  ended: query.get('reason') ?? 'left',
  chat: !query.has('quiet'),
  problem: query.get('problem') as Scene['problem'],
  error: query.get('error'),
  asked: screen !== 'prejoin' || query.has('asked'),
  muted: query.has('muted'),
};

await startLanguage();
const place = document.getElementById('app')!;
if (screen === 'landing') {
  render(<Landing />, place);
} else {
  const devices = fakeDevices(scene);
  const call = fakeCall(scene, devices);
  render(<MeetingOf room="cuisine" call={call} devices={devices} />, place);
  if (screen === 'ended') setTimeout(() => void call.leave(), 50);
}
