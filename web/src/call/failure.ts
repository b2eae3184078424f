// The one error type of the engine: a code that the UI translates.

import type { ReasonCode } from '../protocol/messages.gen';
import type { CallError } from './types';

/** An Error that is also a CallError, so that it can be thrown and shown. */
export class CallFailure extends Error implements CallError {
  readonly code: string;
  readonly retryAfter?: number;
  readonly reason?: ReasonCode;
  readonly said?: string;
  readonly setting?: string;

  constructor(code: string, message: string = code, retryAfter?: number, more: { reason?: ReasonCode | undefined; said?: string | undefined; setting?: string | undefined } = {}) {
    super(message);
    this.name = 'CallFailure';
    this.code = code;
    if (retryAfter !== undefined && retryAfter > 0) this.retryAfter = retryAfter;
    if (more.reason) this.reason = more.reason;
    if (more.said) this.said = more.said;
    if (more.setting) this.setting = more.setting;
  }
}

/** Any thrown value as a CallFailure; what is not ours becomes 'internal'. */
export function asFailure(thrown: unknown): CallFailure {
  if (thrown instanceof CallFailure) return thrown;
  return new CallFailure('internal', thrown instanceof Error ? thrown.message : String(thrown));
}
