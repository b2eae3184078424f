// The account that this browser is logged in with, where the server has accounts. The secret is in a cookie that scripts cannot read.

/** What the server says of the session; account '' is nobody's. */
export interface Account {
  /** there are accounts with passwords */
  accounts: boolean;
  account: string;
  /** that the account gives: it cannot be changed here */
  name?: string;
  /** a provider where people have accounts, and where a login there begins */
  oidc?: { name: string; url: string };
}

/** Where a login at the provider begins that leads back to this page. What is secret in the address is no longer in it. */
export function referral(url: string, path: string): string {
  return `${url}?to=${encodeURIComponent(path)}`;
}

const NONE: Account = { accounts: false, account: '' };

/** Who is logged in; a server that does not answer has no accounts. */
export async function session(): Promise<Account> {
  try {
    const answer = await fetch('/api/session');
    return answer.ok ? ((await answer.json()) as Account) : NONE;
  } catch {
    return NONE;
  }
}

/** Logs in; the error code when refused. */
export async function login(name: string, password: string): Promise<Account | { code: string; retryAfter?: number }> {
  try {
    const answer = await fetch('/api/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name, password }) });
    if (answer.ok) return (await answer.json()) as Account;
    if (answer.status === 401) return { code: 'bad_login' };
    return answer.status === 429 ? { code: 'rate_limited', retryAfter: Number(answer.headers.get('Retry-After')) || 30 } : { code: 'internal' };
  } catch {
    return { code: 'socket_failed' };
  }
}

/** Logs out; false when that failed. */
export async function logout(): Promise<boolean> {
  try {
    return (await fetch('/api/logout', { method: 'POST' })).ok;
  } catch {
    return false;
  }
}
