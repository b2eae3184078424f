// What the screen shows, for the call's View: sizes of the tiles with video to receive, most important first.

import type { TileSize } from '../call/types';
import type { Arrangement, Placed } from './types';

const rank = { main: 0, tile: 1, strip: 2, pip: 3 } as const;

/** The View for an arrangement. Own pictures are not received; hasVideo says which of the others have one; pinned is the key of the chosen one. */
export function viewOf(arrangement: Arrangement, hasVideo: (key: string) => boolean, pinned: string | null): TileSize[] {
  return arrangement.placed
    .filter(({ item, rect }) => !item.self && hasVideo(item.key) && rect.width >= 1 && rect.height >= 1)
    .map((placed, order) => ({ placed, order }))
    .sort((a, b) => rank[a.placed.role] - rank[b.placed.role] || area(b.placed) - area(a.placed) || a.order - b.order)
    .map(({ placed: { item, rect } }) => ({ key: item.key, width: rect.width, height: rect.height, ...(item.key === pinned && { pinned: true }) }));
}

function area({ rect }: Placed): number {
  return rect.width * rect.height;
}
