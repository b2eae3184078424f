import { expect, test } from 'vitest';
import { emptyFloor, promote, promoteAfter, type Floor } from './promote';

const here = ['a', 'b', 'c'];

test('the first speaker is shown at once', () => {
  expect(promote(emptyFloor, 'a', here, 0).shown).toBe('a');
});

test('another one only after speaking alone for a while', () => {
  let floor: Floor = promote(emptyFloor, 'a', here, 0);
  floor = promote(floor, 'b', here, 1000);
  expect(floor.shown).toBe('a');
  floor = promote(floor, 'b', here, 1000 + promoteAfter - 1);
  expect(floor.shown).toBe('a');
  floor = promote(floor, 'b', here, 1000 + promoteAfter);
  expect(floor).toEqual({ shown: 'b', candidate: null, since: 0 });
});

test('an interruption starts the wait again', () => {
  let floor = promote(emptyFloor, 'a', here, 0);
  floor = promote(floor, 'b', here, 0);
  floor = promote(floor, null, here, 1000);
  floor = promote(floor, 'b', here, 2000);
  expect(promote(floor, 'b', here, promoteAfter + 1000).shown).toBe('a');
  floor = promote(floor, 'c', here, 3000);
  expect(floor).toEqual({ shown: 'a', candidate: 'c', since: 3000 });
});

test('silence keeps the last speaker, leaving does not', () => {
  const floor = promote(emptyFloor, 'a', here, 0);
  expect(promote(floor, null, here, 9999)).toBe(floor);
  expect(promote(floor, null, ['b'], 9999).shown).toBeNull();
  expect(promote(floor, 'b', ['b'], 9999).shown).toBe('b');
});

test('somebody unknown is not shown', () => {
  expect(promote(emptyFloor, 'x', here, 0)).toBe(emptyFloor);
});
