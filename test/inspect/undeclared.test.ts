import { flowChecks, N, P, U } from '../support/flow-cases.ts';

flowChecks('src/a.ts')('names that nothing declares, in JavaScript', {
  'another script’s global': ['sink(folder);\n', U],
  'field of another script’s global': ['sink(settings.folder);\n', U],
  'a name that says whose it is': ['sink(userInput);\n', P],
  'a part of it': ["sink('a ' + untrustedData.name);\n", P],
  'a name that says it in other words': ['sink(attackerControlledPath);\n', P],
  'what a user is': ['sink(userAgentName);\n', U],
  'a constant by its name': ['sink(DATA_FOLDER);\n', N],
  'what Node.js brings': ['sink(__dirname);\n', N],
  'what a page brings': ['sink(document);\n', N],
  'what is declared after all': ["const userInput = 'a';\nsink(userInput);\n", N],
  'a method without its class': ['async archive(folder: string): Promise<void> {\n  sink(folder);\n}\n', P],
  'a constant in a method without its class': ['async archive(): Promise<void> {\n  sink(DATA_FOLDER);\n}\n', N],
});

flowChecks('src/a.py')('names that nothing declares, in Python', {
  'what another module brings along': ['from settings import *\nsink(folder)\n', U],
  'a name that says whose it is': ['sink(user_input)\n', P],
  'a name that says it in other words': ['sink(client_supplied_path)\n', P],
  'a module’s own name': ['sink(__file__)\n', N],
});
