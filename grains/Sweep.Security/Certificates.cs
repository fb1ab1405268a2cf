using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sweep.Security;

/// <summary>A certificate with its key, and the trusted authorities, as a folder held them at one moment.</summary>
public sealed class Certificates
{
    private readonly X509Certificate2Collection _authorities;

    private Certificates(SslStreamCertificateContext own, X509Certificate2Collection authorities)
    {
        (Own, _authorities) = (own, authorities);
        Expires = authorities.Append(own.TargetCertificate).Min(certificate => certificate.NotAfter);
    }

    /// <summary>The earliest time at which the certificate or one of the authorities expires.</summary>
    public DateTimeOffset Expires { get; }

    internal SslStreamCertificateContext Own { get; }

    /// <param name="folder">Folder of the files, which messages name.</param>
    /// <param name="roles">The certificate must be for one of these roles.</param>
    /// <exception cref="CertificateException">The files do not fit together, or cannot be used.</exception>
    internal static Certificates Parse(
        string folder, string authority, string certificate, string key, IReadOnlyList<CertificateRole> roles)
    {
        var authorities = ReadAll(folder, CertificateFiles.Authority, authority);
        var chain = ReadAll(folder, CertificateFiles.Certificate, certificate);
        X509Certificate2 own;
        try
        {
            own = X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            throw new CertificateException(
                $"{Path.Combine(folder, CertificateFiles.Key)}: found no key of the certificate in {CertificateFiles.Certificate} " +
                $"({error.Message}); copy the two again, or renew them.",
                error);
        }

        try
        {
            return Checked(folder, own, authorities, chain, roles);
        }
        catch (Exception error) when (error is CryptographicException or PlatformNotSupportedException)
        {
            // Some parts of a certificate, such as its uses, are parsed only now and may be damaged.
            throw new CertificateException(
                $"{folder}: found a certificate in {CertificateFiles.Authority} or {CertificateFiles.Certificate} that is damaged " +
                $"({error.Message}); copy them again, or renew them.",
                error);
        }
    }

    private static Certificates Checked(
        string folder, X509Certificate2 own, X509Certificate2Collection authorities, X509Certificate2Collection chain,
        IReadOnlyList<CertificateRole> roles)
    {
        if (!roles.Any(own.Is))
            throw new CertificateException(
                $"{Path.Combine(folder, CertificateFiles.Certificate)}: found a certificate for {Describe(own)}; " +
                $"expected one for {Expected(roles)}: `sweep certs issue AUTHORITY --for {roles[0].ToString().ToLowerInvariant()}`.");
        var certificates = new Certificates(SslStreamCertificateContext.Create(own, [.. chain.Skip(1)], offline: true), authorities);
        foreach (var accepts in (bool[])(roles[0] == CertificateRole.Silo ? [true, false] : [false]))
        {
            using var built = new X509Chain { ChainPolicy = certificates.Policy(accepts) };
            built.ChainPolicy.ExtraStore.AddRange(chain);
            if (!built.Build(own))
                throw new CertificateException(
                    $"{Path.Combine(folder, CertificateFiles.Certificate)}: {Explain(built, "the certificate")}. " +
                    $"`sweep certs renew AUTHORITY {folder}` makes a new one.");
        }

        return certificates;
    }

    /// <summary>The rules for the certificate at the other end. Each connection needs its own policy, since a chain adds to it.</summary>
    /// <param name="accepts">Whether the other end accepted the connection.</param>
    internal X509ChainPolicy Policy(bool accepts)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(_authorities);
        policy.ApplicationPolicy.Add(CertificateRoles.PeerUse(accepts));
        return policy;
    }

    /// <summary>Returns why the other end is not trusted; null when it is trusted.</summary>
    /// <param name="chain">The chain that was built with <see cref="Policy"/>.</param>
    internal static string? Complaint(
        X509Certificate? peer, X509Chain? chain, SslPolicyErrors errors, IReadOnlyList<CertificateRole> welcome) =>
        peer is not X509Certificate2 certificate || chain is null ? "it showed no certificate"
        : errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? Explain(chain, "its certificate")
        : !welcome.Any(certificate.Is) ? $"its certificate is for {Describe(certificate)}; expected {Expected(welcome)}"
        : errors == SslPolicyErrors.None ? null : $"its certificate is not good: {errors}";

    private static X509Certificate2Collection ReadAll(string folder, string file, string text)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(text);
        }
        catch (CryptographicException error)
        {
            throw new CertificateException(
                $"{Path.Combine(folder, file)}: found what is no certificate ({error.Message}); expected PEM: -----BEGIN CERTIFICATE-----.",
                error);
        }

        return found.Count > 0
            ? found
            : throw new CertificateException(
                $"{Path.Combine(folder, file)}: found no certificate; expected PEM: -----BEGIN CERTIFICATE-----.");
    }

    private static string Explain(X509Chain chain, string subject)
    {
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (flags, next) => flags | next.Status);
        if (status.HasFlag(X509ChainStatusFlags.PartialChain) || status.HasFlag(X509ChainStatusFlags.UntrustedRoot))
            return $"{subject} is of another authority than {CertificateFiles.Authority}";
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            var late = chain.ChainElements.Select(element => element.Certificate).MinBy(certificate => certificate.NotAfter)!;
            return late.NotAfter < DateTime.Now
                ? $"{subject} expired on {late.NotAfter:yyyy-MM-dd}"
                : $"{subject} is not good before {chain.ChainElements[0].Certificate.NotBefore:yyyy-MM-dd}; look at the clocks";
        }

        return status.HasFlag(X509ChainStatusFlags.NotValidForUsage)
            ? $"{subject} is not made for this end of a connection"
            : $"{subject} is not good: {string.Join(", ", chain.ChainStatus.Select(one => one.StatusInformation.Trim()))}";
    }

    /// <summary>Returns the names in a certificate.</summary>
    private static string Describe(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(name => name.EnumerateDnsNames())
            .ToList();
        return names.Count > 0 ? string.Join(", ", names) : certificate.Subject;
    }

    private static string Expected(IReadOnlyList<CertificateRole> roles) => string.Join(" or ", roles.Select(role => role.Name()));
}
