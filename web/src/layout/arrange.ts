// Decides where every tile goes. Pure: the same request always gives the same arrangement, and nobody's place depends
// on who is speaking, save the one large tile of speaker view.

import { capacity, fit, placeGrid } from './grid';
import { paginate, type Page } from './pages';
import type { Arrangement, AspectRange, Item, LayoutRequest, Placed, Rect, Role, Size } from './types';

/** Space between tiles. */
export const gap = 8;
/** The longest side that a tile needs so that a face can be read. */
const smallestTile = 168;
const smallestStripTile = 104;
/** As many videos as the client asks slots for. */
const largestPage = 24;

/** Cameras are cropped a little to fill; how much depends on the shape of the screen. */
function cameraAspect(area: Size): AspectRange {
  return area.height > area.width ? { min: 3 / 4, max: 16 / 9 } : { min: 4 / 3, max: 16 / 9 };
}

/** Places every item of the request that is visible on its page. */
export function arrange(request: LayoutRequest): Arrangement {
  const { items, mode } = request;
  if (items.length === 0 || request.area.width < 1 || request.area.height < 1) {
    return { shape: 'empty', placed: [], page: 0, pages: 1 };
  }
  const main = chooseMain(request);
  if (main) return focus(request, main);
  const others = items.filter((item) => !item.self);
  const own = items.find((item) => item.self && item.source === 'camera');
  if (mode !== 'grid' && items.length === 2 && others.length === 1 && own) return pair(request.area, others[0]!, own);
  return grid(request);
}

/** The item that deserves to be large, or null: the pinned one, then a screen, then in speaker view who speaks. */
export function chooseMain({ items, mode, speaker, pinned }: LayoutRequest): Item | null {
  const byPin = items.find((item) => item.key === pinned);
  if (byPin) return items.length > 1 ? byPin : null;
  if (mode === 'grid') return null;
  // The newest shared screen; one's own is never shown large to oneself: it would mirror itself without end.
  const screen = items.filter((item) => item.source === 'screen' && !item.self).pop();
  if (screen) return screen;
  if (mode !== 'speaker' || items.length < 3) return null;
  const cameras = items.filter((item) => item.source === 'camera' && !item.self);
  return cameras.find((item) => item.participant === speaker) ?? cameras[0] ?? null;
}

function grid({ area, items, page }: LayoutRequest): Arrangement {
  const aspect = cameraAspect(area);
  const shown = turn(items, capacity(area, aspect, gap, smallestTile, largestPage), page);
  const rects = placeGrid(shown.items.length, { x: 0, y: 0, ...area }, aspect, gap);
  return { shape: items.length === 1 ? 'alone' : 'grid', placed: place(shown.items, rects, 'tile'), page: shown.page, pages: shown.pages };
}

/** The page to show. When there are several, oneself comes first on each: one always wants to see oneself. */
function turn(items: readonly Item[], fits: number, page: number): Page<Item> {
  const own = items.length > fits && fits > 1 ? items.find((item) => item.self && item.source === 'camera') : undefined;
  if (!own) return paginate(items, fits, page);
  const paged = paginate(items.filter((item) => item !== own), fits - 1, page);
  return { ...paged, items: [own, ...paged.items] };
}

/** Two people: the other one fills the area, oneself floats in a corner. */
function pair(area: Size, other: Item, own: Item): Arrangement {
  const aspect = other.source === 'screen' ? { min: 0.1, max: 10 } : { min: 2 / 3, max: 2 };
  const placed: Placed[] = [
    { item: other, rect: centred(fit(area, aspect), { x: 0, y: 0, ...area }), role: 'main' },
    { item: own, rect: corner(area), role: 'pip' },
  ];
  return { shape: 'pair', placed, page: 0, pages: 1 };
}

/** One large item, the rest in a strip: beside it on wide screens, below it on tall ones. */
function focus({ area, items, page }: LayoutRequest, main: Item): Arrangement {
  const rest = items.filter((item) => item !== main);
  const [large, strip] = split(area, main, rest.length);
  const aspect = cameraAspect(area);
  const mainAspect = main.source === 'screen' ? { min: 0.1, max: 10 } : { min: 3 / 4, max: 16 / 9 };
  const shown = turn(rest, capacity(strip, aspect, gap, smallestStripTile, largestPage - 1), page);
  const placed = place(shown.items, placeGrid(shown.items.length, strip, aspect, gap), 'strip');
  placed.unshift({ item: main, rect: centred(fit(large, mainAspect), large), role: 'main' });
  return { shape: 'focus', placed, page: shown.page, pages: shown.pages };
}

function split(area: Size, main: Item, rest: number): [large: Rect, strip: Rect] {
  const { width, height } = area;
  if (rest === 0) return [{ x: 0, y: 0, width, height }, { x: 0, y: 0, width: 0, height: 0 }];
  if (width >= height) {
    const side = Math.round(Math.min(Math.max(width * 0.2, 112), 280));
    return [
      { x: 0, y: 0, width: width - side - gap, height },
      { x: width - side, y: 0, width: side, height },
    ];
  }
  // A screen on a tall phone is wide and flat: what it cannot use belongs to the faces.
  const wanted = main.source === 'screen' ? Math.min(height * 0.62, width * 0.75) : height * 0.72;
  const top = Math.round(wanted);
  return [
    { x: 0, y: 0, width, height: top },
    { x: 0, y: top + gap, width, height: height - top - gap },
  ];
}

function centred(size: Size, within: Rect): Rect {
  const width = Math.floor(size.width);
  const height = Math.floor(size.height);
  return { x: within.x + Math.floor((within.width - width) / 2), y: within.y + Math.floor((within.height - height) / 2), width, height };
}

/** The bottom right corner, small enough to hide little and large enough to check one's own picture. */
function corner(area: Size): Rect {
  const tall = area.height > area.width;
  const width = Math.floor(Math.min(Math.max(area.width * 0.2, 96), 256, area.width * 0.4));
  const height = Math.floor(Math.min(tall ? width * (4 / 3) : width * (9 / 16), area.height * 0.4));
  const margin = Math.min(12, Math.floor(area.width * 0.05));
  return { x: Math.floor(area.width - width - margin), y: Math.floor(area.height - height - margin), width, height };
}

function place(items: readonly Item[], rects: Rect[], role: Role): Placed[] {
  return items.map((item, i) => ({ item, rect: rects[i]!, role }));
}
