/**
 * As `Promise.all`, but when it fails nothing runs any more: what is tried again must not overlap with itself.
 * @throws the first failure in the order given
 */
export async function allDone<T extends readonly unknown[]>(running: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const ended = await Promise.allSettled(running)
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  return ended.map((one) => (one as PromiseFulfilledResult<unknown>).value) as unknown as T
}
