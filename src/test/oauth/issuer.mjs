// An authorization server for one resource. Any name may sign in, with any password.
// Usage: node issuer.mjs <port> <resource>
import Provider from 'oidc-provider';

const [port, resource] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  scopes: ['mcp', 'offline_access'],
  features: {
    registration: { enabled: true },
    resourceIndicators: {
      enabled: true,
      // Whatever a client asks a token for: the resource under test, or another.
      getResourceServerInfo: (_context, indicator) => ({
        scope: 'mcp', audience: indicator, accessTokenFormat: 'jwt', accessTokenTTL: 300,
        jwt: { sign: { alg: 'RS256' } } }),
      useGrantedResource: () => true,
    },
  },
  pkce: { required: () => true },
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
});
provider.listen(Number(port), '127.0.0.1', () => console.log(`ready ${issuer} for ${resource}`));
