/** An object that is `target` but for a few methods. */
export function replaceMethods<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(name in methods ? methods : target, name)
      // Methods reach their private fields only through the object itself.
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
