import { describe, expect, it } from 'vitest';
import type { ChatLine } from '../../call/types';
import { groupsOf } from './ChatGroup';
import { readOf, unreadOf } from './unread';

function line(id: number, participant: string, name: string, more: Partial<ChatLine> = {}): ChatLine {
  return { id, participant, name, text: `${id}`, at: id * 1000, self: participant === 'me', ...more };
}

describe('groups', () => {
  it.each([
    ['one person', [line(1, 'a', 'Ada'), line(4, 'a', 'Ada')], [2]],
    ['two people', [line(1, 'a', 'Ada'), line(2, 'b', 'Bob')], [1, 1]],
    ['two hidden people', [line(1, '', 'Ada'), line(2, '', 'Ada'), line(3, '', 'Bob')], [2, 1]],
    ['a hidden person and one who is not', [line(1, 'a', 'Ada'), line(2, '', 'Ada')], [1, 1]],
    ['who took another name', [line(1, 'a', 'Ada'), line(2, 'a', 'Ada L.')], [1, 1]],
    ['public and private', [line(1, 'a', 'Ada'), line(2, 'a', 'Ada', { to: 'me' })], [1, 1]],
    ['much later', [line(1, 'a', 'Ada'), line(2, 'a', 'Ada', { at: 600_000 })], [1, 1]],
  ])('%s', (_, lines, want) => expect(groupsOf(lines).map((group) => group.length)).toEqual(want));
});

describe('unread', () => {
  const lines = [line(2, 'a', 'Ada'), line(5, 'me', 'Me'), line(9, '', 'Bob')];
  it.each([[0, 2], [2, 1], [3, 1], [9, 0]])('after line %i there are %i', (read, want) => expect(unreadOf(lines, read)).toBe(want));
  it('numbers that begin anew are seen as new', () => {
    expect(readOf(lines, 5)).toBe(5);
    expect(readOf([], 50)).toBe(0);
    expect(unreadOf([line(1, 'a', 'Ada')], readOf([], 50))).toBe(1);
  });
});
