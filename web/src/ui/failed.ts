// A login at the provider that failed: the server leads back to a page with #login=CODE.

import { t, type Key } from '../i18n';

const sentences: Record<string, Key> = {
  login_unavailable: 'account.failed.unavailable',
  login_denied: 'account.failed.denied',
  login_expired: 'account.failed.expired',
  login_refused: 'account.failed.refused',
  rate_limited: 'account.failed.rate',
};

/** The sentence for a code, known or not. */
export function failedLogin(code: string): string {
  return t(sentences[code] ?? 'account.failed.refused');
}
