import { describe, expect, test } from 'vitest';
import { capacity, fit, fitGrid, placeGrid } from './grid';
import { paginate } from './pages';
import { overlap, random } from './testing';

const wide = { min: 4 / 3, max: 16 / 9 };
const exact = { min: 16 / 9, max: 16 / 9 };

describe('fitGrid', () => {
  const rows: [count: number, width: number, height: number, columns: number, rows: number][] = [
    [1, 1280, 720, 1, 1],
    [2, 1280, 500, 2, 1],
    [3, 1280, 720, 2, 2],
    [4, 1280, 720, 2, 2],
    [5, 1280, 720, 3, 2],
    [6, 1280, 720, 3, 2],
    [9, 1280, 720, 3, 3],
    [12, 1280, 720, 4, 3],
    [2, 390, 700, 1, 2],
    [3, 390, 700, 1, 3],
    [8, 390, 700, 2, 4],
    [3, 1600, 300, 3, 1],
    [1, 0, 0, 1, 1],
  ];
  test.each(rows)('%i tiles in %i x %i: %i columns, %i rows', (count, width, height, columns, lines) => {
    expect(fitGrid(count, { width, height }, exact, 8)).toMatchObject({ columns, rows: lines });
  });

  test('no other number of columns gives clearly larger tiles', () => {
    const next = random(3);
    for (let round = 0; round < 200; round++) {
      const count = 1 + Math.floor(next() * 30);
      const area = { width: 200 + next() * 2000, height: 200 + next() * 1200 };
      const got = fitGrid(count, area, wide, 8).tile;
      for (let columns = 1; columns <= count; columns++) {
        const lines = Math.ceil(count / columns);
        const other = fit({ width: (area.width - 8 * (columns - 1)) / columns, height: (area.height - 8 * (lines - 1)) / lines }, wide);
        expect(got.width * got.height).toBeGreaterThanOrEqual(other.width * other.height * 0.99);
      }
    }
  });
});

test('placeGrid: whole pixels, inside, no overlap, same size, reading order', () => {
  const next = random(11);
  for (let round = 0; round < 200; round++) {
    const count = Math.floor(next() * 26);
    const area = { x: Math.floor(next() * 50), y: Math.floor(next() * 50), width: 150 + Math.floor(next() * 1800), height: 150 + Math.floor(next() * 1000) };
    const rects = placeGrid(count, area, wide, 8);
    expect(rects).toHaveLength(count);
    for (const [i, rect] of rects.entries()) {
      expect([rect.x, rect.y, rect.width, rect.height].every(Number.isInteger)).toBe(true);
      expect(rect.x >= area.x && rect.y >= area.y).toBe(true);
      expect(rect.x + rect.width <= area.x + area.width && rect.y + rect.height <= area.y + area.height).toBe(true);
      expect([rect.width, rect.height]).toEqual([rects[0]!.width, rects[0]!.height]);
      const before = rects[i - 1];
      if (before) expect(rect.y > before.y || (rect.y === before.y && rect.x > before.x)).toBe(true);
      for (const other of rects.slice(i + 1)) expect(overlap(rect, other)).toBe(false);
    }
  }
});

describe('fit', () => {
  test.each([
    [{ width: 1600, height: 900 }, { width: 1600, height: 900 }],
    [{ width: 2000, height: 900 }, { width: 1600, height: 900 }],
    [{ width: 900, height: 900 }, { width: 900, height: 675 }],
    [{ width: -5, height: 9 }, { width: 0, height: 0 }],
  ])('%o', (bounds, want) => expect(fit(bounds, wide)).toEqual(want));
});

test('capacity shrinks with the area and never reaches 0', () => {
  expect(capacity({ width: 1280, height: 640 }, wide, 8, 168, 24)).toBe(24);
  const phone = capacity({ width: 360, height: 560 }, { min: 3 / 4, max: 16 / 9 }, 8, 168, 24);
  expect(phone).toBeGreaterThanOrEqual(6);
  expect(phone).toBeLessThan(12);
  expect(capacity({ width: 10, height: 10 }, wide, 8, 168, 24)).toBe(1);
});

describe('paginate', () => {
  const letters = [...'abcdefg'];
  test.each([
    [9, 0, 'abcdefg', 0, 1],
    [4, 0, 'abcd', 0, 2],
    [4, 1, 'efg', 1, 2],
    [4, 7, 'efg', 1, 2],
    [4, -1, 'abcd', 0, 2],
    [6, 0, 'abcd', 0, 2], // balanced: 4 and 3, not 6 and 1
    [0, 3, 'd', 3, 7],
  ])('%i on a page, page %i: %s', (perPage, page, want, current, pages) => {
    expect(paginate(letters, perPage, page)).toEqual({ items: [...want], page: current, pages });
  });
  test('nothing is one empty page', () => expect(paginate([], 4, 2)).toEqual({ items: [], page: 0, pages: 1 }));
});
