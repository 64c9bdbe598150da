/** Lets everybody through, some of them with a name: no guard, though it is called like one. */
export const LENIENT = /optional|anonymous|guest|allow_?(?:all|any)|bypass|skip|noop|disabled?|\bno_?auth/i;
/** Parts of an application that are no protection, whatever they are called. */
export const ROUTES = /rout(?:e|er|es|ers)$|controllers?$/i;
