// Forces switches in Chromium and Firefox at the same time and reports them.
//
//   node measure/switches.mjs    1,000 in each
//   SWITCHES=100                 fewer
//   BROWSERS=firefox             only there
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openClockwork } from './clockcall.mjs';
import { faultOf, forceSwitches, summary } from './switching.mjs';

const n = Number(process.env.SWITCHES ?? 1000);
const browsers = (process.env.BROWSERS ?? 'chromium,firefox').split(',');
const results = join(import.meta.dirname, '../results');

const call = await openClockwork(browsers);
// Browsers begin with little sound in store and bring it into step with the picture in the first seconds.
await delay(15_000);
let bad = 0;
try {
  await Promise.all(browsers.map(async (browser) => {
    const each = async (r, i) => {
      const fault = faultOf(r);
      if (fault) console.log(`${browser} ${i}: ${r.kind} ${r.from} -> ${r.to}: ${fault}`);
    };
    const list = await forceSwitches(call.pages[browser], call.names, n, { seed: browsers.indexOf(browser) + 1, each });
    bad += list.filter(faultOf).length;
    mkdirSync(results, { recursive: true });
    writeFileSync(join(results, `switches-${browser}.json`), JSON.stringify({ summary: summary(list), faults: list.filter(faultOf) }, null, 1));
    console.log(browser, JSON.stringify(summary(list), null, 1));
  }));
} finally {
  await call.stop();
}
console.log(bad === 0 ? 'all well' : `${bad} switches were not well`);
process.exit(bad === 0 ? 0 : 1);
