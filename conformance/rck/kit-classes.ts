/**
 * Options that determine which test classes of the compatibility kit run: its own classes, or subclasses of this
 * repository.
 */
export interface ClassChoice {
  readonly extended: boolean
  readonly baseLocation: string | undefined
  readonly localMetadata: boolean
}

/** Returns the simple names of the test classes, in the order in which they run. */
export function listClasses({ extended, baseLocation, localMetadata }: ClassChoice): string[] {
  const configured = extended || baseLocation !== undefined || !localMetadata
  return [
    configured ? 'ConfigurableCatalogTests' : 'RESTCompatibilityKitCatalogTests',
    baseLocation === undefined ? 'RESTCompatibilityKitViewCatalogTests' : 'ConfigurableViewCatalogTests',
  ]
}

const variants = /^(?:RESTCompatibilityKit|Configurable)(?=(?:View)?CatalogTests\b)/

/**
 * Returns the name of a test, such as `CatalogTests.testAppend()`. The name of a subclass is replaced by the name of
 * Iceberg's base class.
 */
export function testName(name: string): string {
  return name.replace(variants, '')
}

/**
 * Converts a selector of the command line, such as `CatalogTests#testAppend`, to the test class that runs with these
 * options.
 */
export function toSelector(choice: ClassChoice, selector: string): string {
  const [wanted = '', ...method] = testName(selector).split('#')
  const name = listClasses(choice).find((candidate) => testName(candidate) === wanted) ?? wanted
  return [name, ...method].join('#')
}
