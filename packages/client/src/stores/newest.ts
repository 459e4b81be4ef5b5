// Reads of which only the newest counts.
import { asError } from '../errors.ts';

/** How a read ended. */
export type ReadOutcome<Data> = { ok: true; data: Data } | { ok: false; error: Error };

/** Reads of which only the newest counts: each one ends those before it. */
export type Newest<Data> = {
  /** Reads; `finish` hears of it unless another read has begun meanwhile. Resolves when no read is on its way. */
  start: (finish: (outcome: ReadOutcome<Data>) => void) => Promise<void>;
  /** Ends the read that is on its way; whether there was one. */
  stop: () => boolean;
  /** Resolves when no read is on its way. */
  settled: () => Promise<void>;
};

/** Reads with `load`, of which only the newest counts. */
export function newestOf<Data>(load: (signal: AbortSignal) => Promise<Data>): Newest<Data> {
  let running: { controller: AbortController; done: Promise<void> } | undefined;
  const settled = (): Promise<void> => running?.done ?? Promise.resolve();
  const stop = (): boolean => {
    const wasRunning = running !== undefined;
    running?.controller.abort();
    running = undefined;
    return wasRunning;
  };
  const start: Newest<Data>['start'] = (finish) => {
    stop();
    const controller = new AbortController();
    const end = (outcome: ReadOutcome<Data>): void => {
      if (running?.controller !== controller) return;
      running = undefined;
      finish(outcome);
    };
    const reading = begun(() => load(controller.signal)).then(
      (data) => end({ ok: true, data }),
      (error: unknown) => end({ ok: false, error: asError(error) }),
    );
    running = { controller, done: reading.then(settled) };
    return running.done;
  };
  return { start, stop, settled };
}

/** Begins at once, so that what `load` looks at before its first pause can be observed; what it throws becomes a rejection. */
function begun<Data>(load: () => Promise<Data>): Promise<Data> {
  try {
    return load();
  } catch (error) {
    return Promise.reject(error);
  }
}
