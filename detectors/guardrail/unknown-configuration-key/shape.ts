/** What a value may be. A map without `rest` knows all its keys; `any` takes everything. */
export interface Shape {
  readonly keys?: Readonly<Record<string, string | undefined>>;
  readonly rest?: string;
  readonly item?: string;
  readonly either?: readonly string[];
  readonly words?: readonly string[];
  /** The words are the same in any case. */
  readonly folded?: boolean;
  readonly any?: boolean;
}

export type Shapes = Readonly<Record<string, Shape | undefined>>;
