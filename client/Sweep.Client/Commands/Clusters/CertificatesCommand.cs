using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Security;

namespace Sweep.Client.Commands.Clusters;

/// <summary>The authority of a cluster and the certificates that it issues.</summary>
internal static class CertificatesCommand
{
    public static Command Create(Terminal terminal) =>
        new DocumentedCommand(
            "certs",
            "The certificates by which silos, clients and PostgreSQL know each other, "
            + "and the cluster's own authority that issues them.",
            "sweep certs init certs/authority",
            "sweep certs issue certs/authority --for silo --out certs/silo",
            "sweep certs issue certs/authority --for client --out certs/client",
            "sweep certs renew certs/authority certs/silo")
        {
            Init(terminal),
            Issue(terminal),
            Renew(terminal),
        };

    private static DocumentedCommand Init(Terminal terminal)
    {
        var (authority, days) = (
            Authority("Folder that is made for it."), Days(CertificateAuthority.DefaultLife, "the authority"));
        return new DocumentedCommand(
            "init",
            "Makes the authority of a cluster: ca.crt, which goes to every machine, and ca.key, which stays in a safe place.",
            "sweep certs init certs/authority",
            "sweep certs init certs/authority --days 730")
        {
            authority,
            days,
        }.Runs(terminal, context => Answer(context, () =>
        {
            using var made = CertificateAuthority.Create(
                context.Value(authority), TimeSpan.FromDays(context.Value(days)), DateTimeOffset.UtcNow);
            return $"{context.Value(authority)} is the authority until {Day(made.Expires)}. "
                + "Keep its ca.key to yourself: whoever has it joins the cluster.";
        }));
    }

    private static DocumentedCommand Issue(Terminal terminal)
    {
        var (authority, days) = (
            Authority("The authority's folder."), Days(CertificateAuthority.DefaultCertificateLife, "the certificate"));
        var role = new Option<CertificateRole>("--for")
        {
            Description = "silo, client or postgres: who shows it.",
            HelpName = "role",
            Required = true,
            CustomParser = ReadRole,
        };
        var hosts = new Option<string[]>("--host")
        {
            Description = "Name or address of its machine, as often as you like; "
                + "PostgreSQL is known by it, silos and clients are not.",
            HelpName = "name",
            DefaultValueFactory = _ => [],
        };
        var folder = new Option<string>("--out")
        {
            Description = "Folder that takes ca.crt, tls.crt and tls.key: what --certificates and SWEEP_CERTIFICATES name.",
            HelpName = "folder",
            Required = true,
        };
        return new DocumentedCommand(
            "issue",
            "Issues a certificate. One for silos serves all of them, or each has its own; "
            + "a machine needs the folder and never the authority's key.",
            "sweep certs issue certs/authority --for silo --out certs/silo",
            "sweep certs issue certs/authority --for client --out certs/client --days 30",
            "sweep certs issue certs/authority --for postgres --host db.example --out certs/postgres")
        {
            authority,
            role,
            hosts,
            folder,
            days,
        }.Runs(terminal, context => Answer(context, () =>
        {
            using var issuer = CertificateAuthority.Open(context.Value(authority));
            var target = context.Value(folder)!;
            var expires = issuer.Issue(
                context.Value(role),
                context.Value(hosts) ?? [],
                target,
                TimeSpan.FromDays(context.Value(days)),
                DateTimeOffset.UtcNow);
            return $"{target} has the certificate for {Name(context.Value(role))} until {Day(expires)}; "
                + $"`sweep certs renew {context.Value(authority)} {target}` renews it.";
        }));
    }

    private static DocumentedCommand Renew(Terminal terminal)
    {
        var (authority, days) = (
            Authority("The authority's folder."), Days(CertificateAuthority.DefaultCertificateLife, "the certificate"));
        var folder = new Argument<string>("FOLDER") { Description = "The folder that `sweep certs issue` wrote." };
        return new DocumentedCommand(
            "renew",
            "Replaces a certificate by one for the same role and hosts. "
            + "Who uses the folder takes it for new connections, without a restart.",
            "sweep certs renew certs/authority certs/silo")
        {
            authority,
            folder,
            days,
        }.Runs(terminal, context => Answer(context, () =>
        {
            using var issuer = CertificateAuthority.Open(context.Value(authority));
            var expires = issuer.Renew(context.Value(folder), TimeSpan.FromDays(context.Value(days)), DateTimeOffset.UtcNow);
            return $"{context.Value(folder)} is renewed until {Day(expires)}.";
        }));
    }

    /// <summary>
    /// Prints what was done. An error in a folder of the command line is wrong input here, whereas elsewhere a
    /// <see cref="CertificateException"/> means that the cluster cannot be reached.
    /// </summary>
    private static Task<ExitCode> Answer(CommandContext context, Func<string> act)
    {
        try
        {
            context.Terminal.Out.WriteLine(act());
            return Task.FromResult(ExitCode.Done);
        }
        catch (CertificateException error)
        {
            throw new WrongInputException(error.Message);
        }
    }

    private static Argument<string> Authority(string description) => new("AUTHORITY") { Description = description };

    private static Option<int> Days(TimeSpan usual, string what)
    {
        var days = new Option<int>("--days")
        {
            Description = $"How long {what} lasts; {usual.TotalDays:0} unless given.",
            HelpName = "n",
            DefaultValueFactory = _ => (int)usual.TotalDays,
        };
        days.Validators.Add(result =>
        {
            if (result.Tokens is [var token]
                && !(int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var found)
                    && found is >= 1 and <= 36500))
            {
                result.AddError($"--days: found {token.Value}; expected a whole number from 1 to 36500.");
            }
        });
        return days;
    }

    private static CertificateRole ReadRole(ArgumentResult result)
    {
        foreach (var role in Enum.GetValues<CertificateRole>())
        {
            if (Name(role) == result.Tokens[0].Value)
                return role;
        }

        result.AddError($"--for: found {result.Tokens[0].Value}; expected silo, client or postgres.");
        return default;
    }

    private static string Name(CertificateRole role) => role.ToString().ToLowerInvariant();

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
