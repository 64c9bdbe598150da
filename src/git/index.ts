export { snapshotFromFolders, snapshotOfAll } from './folders.ts';
export { historyFromGit, type LocalHistory } from './history.ts';
export { defaultBranchOf, type LocalSnapshot, snapshotFromGit } from './snapshot.ts';
export { snapshotFromWorkingTree } from './working-tree.ts';
