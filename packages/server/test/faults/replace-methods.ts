/** Returns an object that behaves like `target` except for some methods. */
export function replaceMethods<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(name in methods ? methods : target, name)
      // Private fields are accessible only with the original object as `this`.
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
