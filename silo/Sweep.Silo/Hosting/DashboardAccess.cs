using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Sweep.Silo.Hosting;

/// <summary>
/// Decides who may see the dashboard. With a password, everybody who sends it (HTTP Basic, any user name) may; without one, only requests
/// from this machine may.
/// </summary>
internal sealed class DashboardAccess(string? password)
{
    public const string Path = "/dashboard";

    private readonly byte[]? _expected = password is null ? null : Hash(Encoding.UTF8.GetBytes(password));

    /// <param name="from">Address of the sender; null when unknown.</param>
    /// <param name="authorization">The request's Authorization header; null when it has none.</param>
    /// <returns>The HTTP status: 200, 401 (a password is required) or 403.</returns>
    public int Judge(IPAddress? from, string? authorization)
    {
        if (_expected is null)
            return from is not null && IPAddress.IsLoopback(from) ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden;
        // Hashes all have the same length, so the time of the comparison reveals nothing about the password.
        return CryptographicOperations.FixedTimeEquals(Hash(Given(authorization)), _expected)
            ? StatusCodes.Status200OK
            : StatusCodes.Status401Unauthorized;
    }

    /// <summary>Passes an allowed request on to the dashboard, and answers any other with what is missing.</summary>
    public Task PassAsync(HttpContext context, RequestDelegate dashboard)
    {
        var status = Judge(context.Connection.RemoteIpAddress, context.Request.Headers.Authorization);
        if (status == StatusCodes.Status200OK)
            return dashboard(context);
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status403Forbidden)
            return context.Response.WriteAsync(
                "The dashboard is shown to the silo's own machine. To see it from elsewhere, " +
                "start the silo with --dashboard-password-file FILE.\n");
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"Sweep dashboard\", charset=\"UTF-8\"";
        return context.Response.WriteAsync("The dashboard wants the password of --dashboard-password-file, under any name.\n");
    }

    /// <summary>Returns the password in the header, or nothing when there is none. A password is never empty.</summary>
    private static ReadOnlySpan<byte> Given(string? authorization)
    {
        var bytes = new byte[authorization?.Length ?? 0];
        if (!AuthenticationHeaderValue.TryParse(authorization, out var header)
            || !"Basic".Equals(header.Scheme, StringComparison.OrdinalIgnoreCase)
            || !Convert.TryFromBase64String(header.Parameter ?? "", bytes, out var length))
            return [];
        var given = bytes.AsSpan(0, length);
        return given[(given.IndexOf((byte)':') + 1)..];
    }

    private static byte[] Hash(ReadOnlySpan<byte> text) => SHA256.HashData(text);
}
