import { expect, test } from 'vitest'
import { architectures } from './architecture.ts'
import { copyrightPackages, debianPackages, suite } from './debian-packages.ts'
import { readNodeVersion } from './fetch-node.ts'
import { findPin, readPins } from './pins.ts'

const pins = readPins()

test('every Debian package is pinned for each architecture', () => {
  const names = [...debianPackages.map(({ name }) => name), ...Object.keys(copyrightPackages)].toSorted()
  expect(pins.debian.suite).toBe(suite)
  for (const { name } of architectures)
    expect(pins.debian.packages[name].map((pin) => pin.name).toSorted()).toEqual(names)
})

test('both architectures have the same source versions', () => {
  // A package that was only rebuilt for one architecture has the suffix `+b1`.
  const versions = architectures.map(({ name }) =>
    pins.debian.packages[name].map((pin) => `${pin.name} ${pin.version.replace(/\+b\d+$/, '')}`),
  )
  expect(versions[0]).toEqual(versions[1])
})

test('the images have the Node of the checkout: npm run image -- --update', () => {
  expect(pins.node.version).toBe(readNodeVersion())
})

test('a package without a pin is refused with the command that adds it', () => {
  expect(() => findPin(pins, 'amd64', 'bash')).toThrow(/bash for amd64.*--update/)
})
