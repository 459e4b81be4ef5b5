// The types of the components, which are shipped as they are written.
type Component<Props> = (props: Props) => unknown;

/** Shows its slot to people who are signed in, or have one of the roles. */
export const SignedIn: Component<{
  /** The user needs one of these roles. Only where pages are rendered for each request. */
  role?: string | string[];
  children?: unknown;
}>;

/** Shows its slot to people who are not signed in. */
export const SignedOut: Component<{ children?: unknown }>;
