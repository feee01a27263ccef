/** A job that somebody asks for. */
export interface AskedJob {
  jobId: string;
  /** Whose it is, as `ownerOf` told when it was made; null of a job that was made without a session, or by the DashBoard. */
  owner: string | null;
  /** Who asks, as `ownerOf` tells; equal to `owner` where it is the same one. */
  caller: string | null;
  profile: string | undefined;
  status: string | undefined;
}

/** Anything but `allow` and true denies. */
export type Verdict = 'allow' | 'deny' | boolean;

/** What a host decides of a request. A hook that throws refuses: the answer is 500, its reason in the log. */
export interface RequestHooks {
  /**
   * The name of who is asking, for the limits, by what the host knows. What stands before an `@` is a
   * session of the address behind it, all of whose sessions have a limit together (`sessionsPerAddress`).
   * @default one client for all
   */
  clientOf?: (env: unknown) => string;
  /**
   * Whose a job is that a request makes or asks for: opaque text, kept with the job; null for nobody's.
   * @default of `createMockBackend` in Node `createSessionOwner`; else every job is nobody's
   */
  ownerOf?: (request: Request, jobId: string) => string | null | Promise<string | null>;
  /**
   * Whether a request may have a job's status, result and stream, and cancel it; a job that is denied
   * is answered for like one that does not exist. Asked for each of them, of a stream and of pages at each opening.
   * @default a job that has an owner is its owner's, any other whoever's has its id
   */
  authorize?: (request: Request, job: AskedJob) => Verdict | Promise<Verdict>;
  /**
   * Whether what changes state was asked for by the host's own pages, or by no page at all; else 403.
   * @default it was
   */
  isOwnSite?: (request: Request) => boolean | Promise<boolean>;
}

/** A job's owner has it alone; what nobody owns is open to who has its id. */
export function isOwnJob(_request: Request, { owner, caller }: AskedJob): boolean {
  // no secret is compared: who could find the owner's digest out could not make a session of it
  return owner === null || owner === caller;
}
