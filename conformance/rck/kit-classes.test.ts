import { describe, expect, it } from 'vitest'
import { classesOf, selectorOf, testName } from './kit-classes.ts'

const standard = { extended: false, baseLocation: undefined, localMetadata: true }
const remote = { extended: false, baseLocation: 's3://b/x', localMetadata: false }

describe('the classes of a run', () => {
  it('are the unchanged ones of the kit in its standard mode', () => {
    expect(classesOf(standard)).toEqual([
      'RESTCompatibilityKitCatalogTests',
      'RESTCompatibilityKitViewCatalogTests',
    ])
  })

  it('are subclasses only where the kit has no switch', () => {
    expect(classesOf({ ...standard, extended: true })).toEqual([
      'ConfigurableCatalogTests',
      'RESTCompatibilityKitViewCatalogTests',
    ])
    expect(classesOf(remote)).toEqual(['ConfigurableCatalogTests', 'ConfigurableViewCatalogTests'])
  })
})

describe('the name of a test', () => {
  it('is the same in every class that runs it', () => {
    for (const name of ['RESTCompatibilityKitViewCatalogTests', 'ConfigurableViewCatalogTests']) {
      expect(testName(`${name}.renameView()`)).toBe('ViewCatalogTests.renameView()')
    }
  })

  it.each(['CatalogTests', 'RESTCompatibilityKitCatalogTests', 'ConfigurableCatalogTests'])(
    'selects by %s in every mode',
    (name) => {
      expect(selectorOf(standard, `${name}#testAppend`)).toBe('RESTCompatibilityKitCatalogTests#testAppend')
      expect(selectorOf(remote, name)).toBe('ConfigurableCatalogTests')
    },
  )
})
