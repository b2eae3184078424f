// The words of the layout. Everything here is plain data: no DOM, no signals. Lengths are CSS pixels.

export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  x: number;
  y: number;
}

/** What the person chose. Auto picks by what there is to see. */
export type Mode = 'auto' | 'grid' | 'speaker';

/** One thing that may get a tile: everybody's camera, on or off, and every shared screen. */
export interface Item {
  /** `${participant}/${source}`, as in Video */
  key: string;
  participant: string;
  source: 'camera' | 'screen';
  self: boolean;
}

/** main: the large one beside a strip; pip: own picture floating over the other person's, the only one that may overlap. */
export type Role = 'tile' | 'main' | 'strip' | 'pip';

export interface Placed {
  item: Item;
  rect: Rect;
  role: Role;
}

export type Shape = 'empty' | 'alone' | 'pair' | 'grid' | 'focus';

/** The answer: where everything is, and which page of how many. */
export interface Arrangement {
  shape: Shape;
  placed: Placed[];
  page: number;
  pages: number;
}

export interface LayoutRequest {
  area: Size;
  /** in a stable order: order of arrival, a person's camera before their screen */
  items: readonly Item[];
  mode: Mode;
  /** the participant to show large in speaker view */
  speaker: string | null;
  /** the key of the item that the person pinned */
  pinned: string | null;
  /** 0-based; clamped to what exists */
  page: number;
}

/** How wide or tall a tile may be, as width / height. */
export interface AspectRange {
  min: number;
  max: number;
}
