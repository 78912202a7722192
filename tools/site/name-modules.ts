/**
 * Members of TypeDoc's API that this plugin uses. TypeDoc is installed only where the site is built, so its types are
 * not available.
 */
interface Module {
  name: string
  readonly sources?: readonly { readonly fullFileName: string }[]
}

interface Application {
  readonly converter: {
    on(
      event: 'resolveBegin',
      listener: (context: { readonly project: { readonly children?: readonly Module[] } }) => void,
    ): void
  }
}

/**
 * Names the modules of the API reference by their import specifiers, such as `@headgate/iceberg/client`, in place of
 * folder names. TypeDoc loads this function as a plugin. The environment variable `API_MODULES` contains the specifier
 * of each file, as JSON.
 */
export function load(app: Application): void {
  const specifiers = JSON.parse(process.env['API_MODULES'] ?? '{}') as Readonly<Record<string, string>>
  app.converter.on('resolveBegin', ({ project }) => {
    for (const module of project.children ?? []) {
      const file = module.sources?.[0]?.fullFileName ?? ''
      module.name = specifiers[file] ?? module.name
    }
  })
}
