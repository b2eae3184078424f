import { describe, expect, test } from 'vitest';
import { arrange, chooseMain } from './arrange';
import { camera, overlap, people, random, screen } from './testing';
import type { Arrangement, Item, LayoutRequest, Mode, Size } from './types';
import { viewOf } from './view';

const desktop = { width: 1264, height: 640 };
const portrait = { width: 374, height: 640 };
const landscape = { width: 828, height: 280 };

function request(items: Item[], change: Partial<LayoutRequest> = {}): LayoutRequest {
  return { area: desktop, items, mode: 'auto', speaker: null, pinned: null, page: 0, ...change };
}

function keys(arrangement: Arrangement, role?: string): string[] {
  return arrangement.placed.filter((p) => !role || p.role === role).map((p) => p.item.key);
}

describe('shape', () => {
  const rows: [name: string, items: Item[], change: Partial<LayoutRequest>, shape: string, main: string | null, pip: string | null][] = [
    ['nobody', [], {}, 'empty', null, null],
    ['no area yet', people(3), { area: { width: 0, height: 0 } }, 'empty', null, null],
    ['alone', people(1), {}, 'alone', null, null],
    ['alone, pinned', people(1), { pinned: 'p0/camera' }, 'alone', null, null],
    ['two people', people(2), {}, 'pair', 'p1/camera', 'p0/camera'],
    ['two people on a phone', people(2), { area: portrait }, 'pair', 'p1/camera', 'p0/camera'],
    ['two people in a grid', people(2), { mode: 'grid' }, 'grid', null, null],
    ['three people', people(3), {}, 'grid', null, null],
    ['speaker view', people(4), { mode: 'speaker', speaker: 'p2' }, 'focus', 'p2/camera', null],
    ['speaker view, nobody spoke', people(4), { mode: 'speaker' }, 'focus', 'p1/camera', null],
    ['speaker view, I speak', people(4), { mode: 'speaker', speaker: 'p0' }, 'focus', 'p1/camera', null],
    ['a screen', [...people(3), screen('p1')], {}, 'focus', 'p1/screen', null],
    ['a screen in a grid', [...people(3), screen('p1')], { mode: 'grid' }, 'grid', null, null],
    ['two screens: the newest', [...people(3), screen('p1'), screen('p2')], {}, 'focus', 'p2/screen', null],
    ['my own screen', [...people(3), screen('p0', true)], {}, 'grid', null, null],
    ['a pin beats a screen', [...people(3), screen('p1')], { pinned: 'p2/camera' }, 'focus', 'p2/camera', null],
    ['a pin beats the grid', people(3), { mode: 'grid', pinned: 'p2/camera' }, 'focus', 'p2/camera', null],
    ['a pin of somebody who left', people(3), { pinned: 'p9/camera' }, 'grid', null, null],
  ];
  test.each(rows)('%s', (_name, items, change, shape, main, pip) => {
    const got = arrange(request(items, change));
    expect(got.shape).toBe(shape);
    expect(keys(got, 'main')[0] ?? null).toBe(main);
    expect(keys(got, 'pip')[0] ?? null).toBe(pip);
  });
});

test('a screen keeps most of the area, wide and tall', () => {
  for (const area of [desktop, portrait, landscape]) {
    const got = arrange(request([...people(5), screen('p1')], { area }));
    const main = got.placed.find((p) => p.role === 'main')!.rect;
    const shown = Math.min(main.width / 16, main.height / 9);
    expect(shown * 16).toBeGreaterThan(area.width * (area.width > area.height ? 0.55 : 0.95));
  }
});

test('who speaks changes nothing in the grid', () => {
  const items = people(9);
  const quiet = arrange(request(items));
  for (const { participant } of items) expect(arrange(request(items, { speaker: participant }))).toEqual(quiet);
});

test('everybody is on exactly one page, oneself on each', () => {
  const items = people(70);
  for (const area of [desktop, portrait, landscape]) {
    const first = arrange(request(items, { area }));
    expect(first.pages).toBeGreaterThan(1);
    const seen: string[] = [];
    for (let page = 0; page < first.pages; page++) {
      const got = arrange(request(items, { area, page }));
      expect(keys(got)[0]).toBe('p0/camera');
      seen.push(...keys(got).slice(1));
    }
    expect(seen).toEqual(items.slice(1).map((item) => item.key));
    expect(arrange(request(items, { area, page: 99 })).page).toBe(first.pages - 1);
  }
});

test('random rooms: inside the area, no overlap but the own picture, sane aspects, stable order, nobody twice', () => {
  const next = random(7);
  for (let round = 0; round < 3000; round++) {
    const area = { width: 280 + Math.floor(next() * 1800), height: 180 + Math.floor(next() * 1200) };
    const items = people(1 + Math.floor(next() * 40));
    for (const item of [...items]) if (next() < 0.05) items.splice(items.indexOf(item) + 1, 0, screen(item.participant, item.self));
    const mode = (['auto', 'grid', 'speaker'] as Mode[])[Math.floor(next() * 3)]!;
    const pinned = next() < 0.2 ? items[Math.floor(next() * items.length)]!.key : null;
    const got = arrange(request(items, { area, mode, pinned, speaker: `p${Math.floor(next() * 40)}`, page: Math.floor(next() * 3) }));
    const problems = check(got, items, area);
    if (problems.length > 0) expect.fail(JSON.stringify({ problems, area, count: items.length, mode, pinned, got }));
  }
});

function check(got: Arrangement, items: Item[], area: Size): string[] {
  const problems: string[] = [];
  const solid = got.placed.filter((p) => p.role !== 'pip');
  if (new Set(keys(got)).size !== got.placed.length) problems.push('somebody is there twice');
  for (const { rect, item, role } of got.placed) {
    if (rect.x < 0 || rect.y < 0 || rect.x + rect.width > area.width || rect.y + rect.height > area.height) problems.push(`${item.key} is outside`);
    if (rect.width < 1 || rect.height < 1) problems.push(`${item.key} is empty`);
    const aspect = rect.width / rect.height;
    if (item.source === 'camera' && role !== 'pip' && (aspect < 0.4 || aspect > 2.1)) problems.push(`${item.key} has aspect ${aspect}`);
  }
  for (const [i, a] of solid.entries()) for (const b of solid.slice(i + 1)) if (overlap(a.rect, b.rect)) problems.push(`${a.item.key} overlaps ${b.item.key}`);
  const order = solid.filter((p) => p.role === 'tile').map((p) => items.indexOf(p.item));
  if (order.some((index, i) => i > 0 && index < order[i - 1]!)) problems.push('the order changed');
  return problems;
}

test('view: what is received, the large one first', () => {
  const items = [...people(4), screen('p2')];
  const got = arrange(request(items));
  const view = viewOf(got, (key) => key !== 'p3/camera', 'p2/camera');
  expect(view.map((t) => t.key)).toEqual(['p2/screen', 'p1/camera', 'p2/camera']);
  expect(view.map((t) => t.pinned)).toEqual([undefined, undefined, true]);
  expect(view[0]!.width).toBeGreaterThan(view[1]!.width);
});

test('chooseMain does not put a camera of a two-person room in focus', () => {
  expect(chooseMain(request([camera('p0', true), camera('p1')], { mode: 'speaker' }))).toBeNull();
});
