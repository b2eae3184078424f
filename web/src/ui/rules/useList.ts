import { useEffect, useState } from 'preact/hooks';
import { asCallError, errorText } from '../meeting/errors';

/** A list that is asked for when it opens and after each change; with what went wrong, in words. */
export function useList<T>(ask: () => Promise<T[]>): { list: T[] | null; problem: string | null; run(task: () => Promise<unknown>): Promise<boolean> } {
  const [list, setList] = useState<T[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const run = async (task: () => Promise<unknown>): Promise<boolean> => {
    try {
      await task();
      setList(await ask());
      setProblem(null);
      return true;
    } catch (thrown) {
      setProblem(errorText(asCallError(thrown)));
      return false;
    }
  };
  useEffect(() => void run(() => Promise.resolve()), []);
  return { list, problem, run };
}
