/** Sleeps until a time is over or somebody wakes it for a reason. */

export class Waiter {
  private woken: (() => void) | undefined

  /**
   * @param ms how long at most
   * @param enough asked at every wake: false sleeps on. Default: any wake is enough
   */
  sleep(ms: number, enough: () => boolean = () => true): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.woken = undefined
        resolve()
      }
      const timer = setTimeout(end, ms)
      this.woken = () => {
        if (enough()) end()
      }
    })
  }

  wake(): void {
    this.woken?.()
  }
}
