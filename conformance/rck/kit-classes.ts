/**
 * Options that determine which test classes run: the classes of the kit if they support the options, or subclasses
 * otherwise.
 */
export interface ClassChoice {
  readonly extended: boolean
  readonly baseLocation: string | undefined
  readonly localMetadata: boolean
}

/** Returns the simple names of the test classes in the order in which they run. */
export function listClasses({ extended, baseLocation, localMetadata }: ClassChoice): string[] {
  const configured = extended || baseLocation !== undefined || !localMetadata
  return [
    configured ? 'ConfigurableCatalogTests' : 'RESTCompatibilityKitCatalogTests',
    baseLocation === undefined ? 'RESTCompatibilityKitViewCatalogTests' : 'ConfigurableViewCatalogTests',
  ]
}

const variants = /^(?:RESTCompatibilityKit|Configurable)(?=(?:View)?CatalogTests\b)/

/** Returns the name of a test with Iceberg's base class in place of a subclass: `CatalogTests.testAppend()`. */
export function testName(name: string): string {
  return name.replace(variants, '')
}

/** Converts a selector of the command line (`CatalogTests#testAppend`) for the class that runs in this mode. */
export function toSelector(choice: ClassChoice, selector: string): string {
  const [wanted = '', ...method] = testName(selector).split('#')
  const name = listClasses(choice).find((candidate) => testName(candidate) === wanted) ?? wanted
  return [name, ...method].join('#')
}
