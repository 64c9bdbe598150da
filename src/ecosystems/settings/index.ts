import { openText } from '../opening.ts';
import type { DependencyFormat } from '../types.ts';
import { settingEntry } from './entry.ts';
import { hasSettingLines, settingsOfLines } from './lines.ts';
import { hasSettingMarkup, settingsOfMarkup } from './markup.ts';
import { hasSettingTree, settingsOfTree } from './trees.ts';

/** Characters; configuration, scripts and build files. */
const LARGEST = 8_000_000;

/** Configuration that says where packages come from, or switches off a check of it. */
export const registrySettings: DependencyFormat = {
  id: 'registry-settings',
  entry: 'manifest',
  matches: (path) => hasSettingTree(path) || hasSettingMarkup(path) || hasSettingLines(path),
  parse: (text, path) => {
    const opened = openText(text, path, LARGEST);
    const settings = [
      ...settingsOfLines(opened, path),
      ...(hasSettingTree(path) ? settingsOfTree(opened, path) : []),
      ...(hasSettingMarkup(path) ? settingsOfMarkup(opened, path) : []),
    ];
    return { entries: settings.map(settingEntry), unread: [] };
  },
};
