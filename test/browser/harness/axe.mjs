// What axe-core finds wrong with a page for those who use a keyboard, a screen reader or large letters.
import axe from 'axe-core';

/**
 * Serious and critical violations of what is on the page now, one line each: the rule, what it says, and where.
 * @returns {Promise<string[]>}
 */
export async function violations(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    // What is fading in has the colours of neither state.
    for (const animation of document.getAnimations()) if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}: ${node.failureSummary?.replaceAll('\n', ' ')}`));
  });
}
