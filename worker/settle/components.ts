/** Traces that must be settled together, as sets that grow: union-find over trace ids. */

export class Components {
  private readonly parent = new Map<string, string>()
  private readonly members = new Map<string, string[]>()

  /** Makes the trace a component of its own, unless it is in one. */
  add(trace: string): void {
    if (this.parent.has(trace)) return
    this.parent.set(trace, trace)
    this.members.set(trace, [trace])
  }

  has(trace: string): boolean {
    return this.parent.has(trace)
  }

  /** The name of the component that holds the trace; it changes when components are joined. */
  find(trace: string): string {
    let root = trace
    while (this.parent.get(root) !== root) root = this.parent.get(root)!
    let step = trace
    while (step !== root) {
      const next = this.parent.get(step)!
      this.parent.set(step, root)
      step = next
    }
    return root
  }

  /** Joins the components of two traces; false when they were one already. */
  join(a: string, b: string): boolean {
    const [x, y] = [this.find(a), this.find(b)]
    if (x === y) return false
    const [small, large] = this.members.get(x)!.length < this.members.get(y)!.length ? [x, y] : [y, x]
    this.parent.set(small, large)
    this.members.get(large)!.push(...this.members.get(small)!)
    this.members.delete(small)
    return true
  }

  /** Traces of the component with this name. */
  tracesOf(root: string): readonly string[] {
    return this.members.get(root) ?? []
  }

  roots(): IterableIterator<string> {
    return this.members.keys()
  }
}
