// Paging: when tiles would get too small, they spread over pages of about equal length, in order.

export interface Page<T> {
  items: T[];
  page: number;
  pages: number;
}

/** The part of items that page shows when at most perPage fit. */
export function paginate<T>(items: readonly T[], perPage: number, page: number): Page<T> {
  const pages = Math.max(1, Math.ceil(items.length / Math.max(1, perPage)));
  const length = Math.ceil(items.length / pages);
  const current = Math.min(Math.max(0, Math.floor(page)), pages - 1);
  return { items: items.slice(current * length, (current + 1) * length), page: current, pages };
}
