import type { Service } from './project.ts'

/**
 * Returns the names of the services in the order in which they start: each service follows the services on which it
 * depends.
 *
 * @throws Error when they depend on each other in a cycle
 */
export function findStartOrder(services: Readonly<Record<string, Service>>): readonly string[] {
  const order: string[] = []
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name))
      throw new Error(`These services depend on each other in a cycle: ${[...path, name].join(', ')}.`)
    if (order.includes(name)) return
    for (const each of Object.keys(services[name]?.depends_on ?? {})) visit(each, [...path, name])
    order.push(name)
  }
  for (const name of Object.keys(services)) visit(name, [])
  return order
}
