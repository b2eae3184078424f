import type { LinkStats } from '../../call/types';
import { bitrate, percent, t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Popover } from '../parts/Popover';
import { useCopy } from '../parts/useCopy';

/** The bars of the own connection, with a word, and behind them the numbers. */
export function LinkButton() {
  const { call } = useMeeting();
  const level = call.phase.value === 'reconnecting' ? 0 : call.link.value.level;
  // Before the first measurement there is nothing to say, least of all that it is bad.
  const unknown = call.phase.value === 'live' && level === 0 && call.link.value.rttMs === null;
  const word = t(unknown ? 'link.unknown' : `link.${level}`);
  const label = t('link.label', { word });
  return (
    <Popover
      label={label} align="end" below
      button={(props) => (
        <button type="button" class="chip" title={label} aria-label={label} {...props}>
          <Bars level={level} />
          {!unknown && <span class="wide-only">{word}</span>}
        </button>
      )}
    >
      {() => <Details link={call.link.value} label={label} />}
    </Popover>
  );
}

function Bars({ level }: { level: number }) {
  return (
    <svg width="20" height="18" viewBox="0 0 20 18" class={`bars level-${level}`} aria-hidden="true">
      {[1, 2, 3, 4].map((bar) => (
        <rect key={bar} class={bar <= level ? 'on' : ''} x={(bar - 1) * 5 + 0.5} y={16 - bar * 3.6} width="3.6" height={bar * 3.6 + 1} rx="1.4" />
      ))}
    </svg>
  );
}

function Details({ link, label }: { link: LinkStats; label: string }) {
  const [copied, copy] = useCopy(t('copied'));
  const rows = [
    [t('link.rtt'), link.rttMs === null ? t('link.unknown') : t('link.rtt.value', { value: Math.round(link.rttMs) })],
    [t('link.loss'), percent(link.downLoss)],
    [t('link.down'), bitrate(link.downBitrate)],
    [t('link.up'), bitrate(link.upBitrate)],
    [t('link.path'), link.protocol === null ? t('link.unknown') : t(`link.path.${link.protocol}`)],
  ] as const;
  const hint = link.protocol === 'tcp' ? t('link.tcp.hint') : link.downLoss > 0.03 ? t('link.loss.hint') : link.level >= 3 ? t('link.good.hint') : null;
  const report = [label, ...rows.map(([name, value]) => `${name} : ${value}`), navigator.userAgent].join('\n');
  return (
    <div class="link-details">
      <strong>{label}</strong>
      {hint && <p>{hint}</p>}
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <button type="button" class="button" onClick={() => copy(report)}>
        {t(copied ? 'copied' : 'copy')}
      </button>
    </div>
  );
}
