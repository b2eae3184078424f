import { describe, expect, it } from 'vitest';
import { announceStereo, playStereo } from './opus';

const audio = (mid: string, direction: string, parameters = 'minptime=10;useinbandfec=1'): string => [
  'm=audio 9 UDP/TLS/RTP/SAVPF 63 111 9', `a=mid:${mid}`, `a=${direction}`, 'a=rtpmap:63 red/48000/2', 'a=fmtp:63 111/111',
  'a=rtpmap:111 opus/48000/2', `a=fmtp:111 ${parameters}`, 'a=rtpmap:9 G722/8000', '',
].join('\r\n');
const head = 'v=0\r\ns=-\r\n';
const video = 'm=video 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:2\r\na=recvonly\r\na=rtpmap:111 VP8/90000\r\na=fmtp:111 x=1\r\n';

describe('two channels', () => {
  it('are played in every section that receives sound, and nothing else changes', () => {
    expect(playStereo(head + audio('0', 'sendonly') + audio('1', 'recvonly') + video))
      .toBe(head + audio('0', 'sendonly') + audio('1', 'recvonly', 'minptime=10;useinbandfec=1;stereo=1') + video);
    const firefox = head + audio('1', 'recvonly', 'maxplaybackrate=48000;stereo=1;useinbandfec=1');
    expect(playStereo(firefox)).toBe(firefox);
  });

  it('are announced where music is sent', () => {
    const offer = head + audio('0', 'sendonly') + audio('10', 'sendonly') + audio('1', 'sendonly');
    expect(announceStereo(offer, ['1', '2']))
      .toBe(head + audio('0', 'sendonly') + audio('10', 'sendonly') + audio('1', 'sendonly', 'minptime=10;useinbandfec=1;sprop-stereo=1'));
    expect(announceStereo(offer, [])).toBe(offer);
  });

  it('need line ends of neither kind', () => {
    expect(announceStereo(audio('0', 'sendonly').replaceAll('\r', ''), ['0'])).toContain('a=fmtp:111 minptime=10;useinbandfec=1;sprop-stereo=1\n');
  });
});
