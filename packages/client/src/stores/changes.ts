// Changes of data that are shown before a read has them.

/** A change that is shown. */
export type Change<Data> = { apply: (data: Data) => Data; isDone: boolean };

/** Changes that are shown, in their order. */
export type Changes<Data> = {
  add: (apply: (data: Data) => Data) => Change<Data>;
  remove: (change: Change<Data>) => void;
  /** The changes whose write is done: a read that begins now sees them. */
  done: () => ReadonlySet<Change<Data>>;
  /** Takes away what a read has seen. */
  drop: (seen: ReadonlySet<Change<Data>>) => void;
  /** What is shown in the place of the data that was read. */
  on: (data: Data | undefined) => Data | undefined;
};

/** No changes yet. */
export function noChanges<Data>(): Changes<Data> {
  let changes: Change<Data>[] = [];
  return {
    add: (apply) => {
      const change = { apply, isDone: false };
      changes = [...changes, change];
      return change;
    },
    remove: (change) => {
      changes = changes.filter((other) => other !== change);
    },
    done: () => new Set(changes.filter(({ isDone }) => isDone)),
    drop: (seen) => {
      changes = changes.filter((change) => !seen.has(change));
    },
    on: (data) => (data === undefined ? undefined : changes.reduce<Data>((shown, { apply }) => apply(shown), data)),
  };
}
