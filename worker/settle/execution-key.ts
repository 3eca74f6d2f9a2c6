/** What identifies an execution within a tenant, as a value and as a map key. */
export interface ExecutionKey {
  execution_id: string
  instance: string
}

export function keyText({ execution_id, instance }: ExecutionKey): string {
  return `${instance}\u0000${execution_id}`
}
