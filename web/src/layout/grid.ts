// A grid of equal tiles that makes the tiles as large as possible, in reading order, the last row centred.

import type { AspectRange, Rect, Size } from './types';

export interface Grid {
  columns: number;
  rows: number;
  tile: Size;
}

/** The largest size within the bounds whose aspect lies in the range. */
export function fit(bounds: Size, aspect: AspectRange): Size {
  const width = Math.max(0, bounds.width);
  const height = Math.max(0, bounds.height);
  if (width > height * aspect.max) return { width: height * aspect.max, height };
  if (width < height * aspect.min) return { width, height: width / aspect.min };
  return { width, height };
}

/** The best number of columns for count tiles. Under ties the fuller grid wins, then the one with fewer columns. */
export function fitGrid(count: number, area: Size, aspect: AspectRange, gap: number): Grid {
  let best: Grid = { columns: 1, rows: Math.max(1, count), tile: { width: 0, height: 0 } };
  let bestArea = -1;
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.max(1, Math.ceil(count / columns));
    const cell = { width: (area.width - gap * (columns - 1)) / columns, height: (area.height - gap * (rows - 1)) / rows };
    const tile = fit(cell, aspect);
    const size = tile.width * tile.height;
    const fuller = columns * rows < best.columns * best.rows;
    if (size > bestArea * 1.001 || (size > bestArea * 0.999 && fuller)) {
      best = { columns, rows, tile };
      bestArea = size;
    }
  }
  return best;
}

/** Rectangles for count tiles, centred in the area, on whole pixels. */
export function placeGrid(count: number, area: Rect, aspect: AspectRange, gap: number): Rect[] {
  if (count <= 0) return [];
  const { columns, rows, tile } = fitGrid(count, area, aspect, gap);
  const width = Math.floor(tile.width);
  const height = Math.floor(tile.height);
  const top = area.y + Math.floor((area.height - rows * height - (rows - 1) * gap) / 2);
  const rects: Rect[] = [];
  for (let i = 0; i < count; i++) {
    const row = Math.floor(i / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = area.x + Math.floor((area.width - inRow * width - (inRow - 1) * gap) / 2);
    rects.push({ x: left + (i % columns) * (width + gap), y: top + row * (height + gap), width, height });
  }
  return rects;
}

/** How many tiles fit on one page before they get smaller than the smallest useful one; at least 1, at most limit. */
export function capacity(area: Size, aspect: AspectRange, gap: number, smallest: number, limit: number): number {
  for (let count = limit; count > 1; count--) {
    if (longest(fitGrid(count, area, aspect, gap).tile) >= smallest) return count;
  }
  return 1;
}

function longest(size: Size): number {
  return Math.max(size.width, size.height);
}
