// Says at compile time that two types are the same.
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
export function expectType<Expected>(): <Actual>(value: Actual, isSame: Equal<Actual, Expected>) => void {
  return () => {};
}
