import { expect, test } from 'vitest'
import { architectures } from './architecture.ts'
import { copyrightPackages, debianPackages, suite } from './debian-packages.ts'
import { readNodeVersion } from './fetch-node.ts'
import { findPin, readPins } from './pins.ts'

const pins = readPins()

test('pins.json has a pin of every Debian package for each architecture', () => {
  const names = [...debianPackages.map(({ name }) => name), ...Object.keys(copyrightPackages)].toSorted()
  expect(pins.debian.suite).toBe(suite)
  for (const { name } of architectures)
    expect(pins.debian.packages[name].map((pin) => pin.name).toSorted()).toEqual(names)
})

test('pins.json pins the same source versions for all architectures', () => {
  // If Debian has rebuilt a package for only one architecture, its version there has a suffix such as `+b1`.
  const versions = architectures.map(({ name }) =>
    pins.debian.packages[name].map((pin) => `${pin.name} ${pin.version.replace(/\+b\d+$/, '')}`),
  )
  expect(versions[0]).toEqual(versions[1])
})

test('pins.json has the Node version of package-lock.json; update it with "npm run image -- --update"', () => {
  expect(pins.node.version).toBe(readNodeVersion())
})

test('findPin refuses a package without a pin and names the command that adds the pin', () => {
  expect(() => findPin(pins, 'amd64', 'bash')).toThrow(/bash for amd64.*--update/)
})
