// Types of `window.ripeline`, the one name the script adds to a page.
// Copy this file into a TypeScript project, or name it there: /// <reference path="ripeline.d.ts" />

declare namespace Ripeline {
  /** Flat, at most 50 keys of 64 characters; texts of 2048. */
  type Props = Record<string, string | number | boolean>

  /** What is known about a person; any other flat key is kept as well. */
  interface Traits {
    first_name?: string
    last_name?: string
    name?: string
    company?: string
    job?: string
    phone?: string
    /** hex(HMAC-SHA256(identity key, lower-cased e-mail)), made by the site's own server: proves who it is. */
    hash?: string
    [key: string]: string | number | boolean | undefined
  }

  interface Calls {
    /** Something of your own happened. */
    (call: 'event', name: string, props?: Props): void
    /** This visitor is that person; without a plausible e-mail nothing is sent. */
    (call: 'identify', email: string, traits?: Traits): void
    /** A page was seen (only needed with `data-auto="false"`). */
    (call: 'page'): void
    /** The visitor agrees, or takes it back: then id, queue and cookie go. Remembered. */
    (call: 'consent', given: boolean): void
    /** This browser is left out, until `optin`. */
    (call: 'optout' | 'optin'): void
    /** Calls made before the script has loaded. */
    q?: IArguments[]
  }
}

interface Window {
  ripeline: Ripeline.Calls
}

declare var ripeline: Ripeline.Calls
