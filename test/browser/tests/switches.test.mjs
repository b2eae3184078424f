// A hundred forced switches of layers and publications in Chromium and Firefox: every one is seen, and no picture breaks.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { openClockwork } from '../measure/clockcall.mjs';
import { faultOf, forceSwitches, summary } from '../measure/switching.mjs';

const browsers = ['chromium', 'firefox'];
const each = 50;

let call;
before(async () => { call = await openClockwork(browsers); });
after(async () => { await call?.stop(); });

test(`${2 * each} switches: all are seen, every picture reads, no keyframe is missing`, async (t) => {
  const lists = await Promise.all(browsers.map((b, i) => forceSwitches(call.pages[b], call.names, each, { seed: i + 1 })));
  for (const [i, list] of lists.entries()) {
    const s = summary(list);
    t.diagnostic(`${browsers[i]}: ${JSON.stringify(s)}`);
    for (const r of list.filter(faultOf)) t.diagnostic(`${browsers[i]}: ${r.kind} ${r.from} -> ${r.to}: ${faultOf(r)}`);
    assert.equal(s.unseen, 0, `${browsers[i]} did not see every switch`);
    // A picture that refers to a missing one is wrong until the next keyframe, and so are those after it. The encoder of a
    // busy machine may blur the cells of one alone.
    const { longest, photos } = await call.pages[browsers[i]].evaluate(() => window.__clock);
    for (const photo of photos) t.diagnostic(`${browsers[i]} could not read ${photo}`);
    assert.ok(longest < 2 && s.garbled <= 0.05 * each, `${browsers[i]} decoded pictures wrongly: ${s.garbled}, ${longest} in a row`);
    // 0 are promised on an idle machine ("make switches"); two browsers, two encoders and a server on a busy one stumble.
    assert.ok(s.over_500_ms <= 0.1 * each, `${browsers[i]}: ${s.over_500_ms} times no picture for half a second`);
  }
});
