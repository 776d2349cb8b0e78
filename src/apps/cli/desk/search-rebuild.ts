import { rebuildSearch } from '../../../requests/search/rebuild-search.ts';
import { command } from '../command.ts';

export const searchRebuild = command({
  options: {},
  async run(desk) {
    const rebuilt = await rebuildSearch(desk, {});
    const rest = rebuilt.done ? '' : ' Others are being written right now: run it again for those.';
    return { text: `${rebuilt.rewritten} entries rewritten.${rest}\n`, json: rebuilt };
  },
});
