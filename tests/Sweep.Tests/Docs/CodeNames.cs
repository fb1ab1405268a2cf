using System.Reflection;
using System.Text.RegularExpressions;
using Sweep.Client.Commands;
using Sweep.Contracts;
using Sweep.Domain.Sweeps;
using Sweep.Grains;
using Sweep.Runner.Running;
using Sweep.Security;
using Sweep.Silo.Hosting;
using Sweep.Storage;
using Sweep.Trainer.Training;

namespace Sweep.Tests.Docs;

/// <summary>Finds the names of classes in a document, such as <c>`LeaseTable`</c>, or <c>`LeaseTable.Expired`</c> with a member.</summary>
internal static partial class CodeNames
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Type[] OneOfEachProject =
    [
        typeof(SweepSpec), typeof(ISweepGrain), typeof(SweepInstruments), typeof(SweepStore), typeof(CertificateAuthority),
        typeof(SiloHost), typeof(Attempt), typeof(ProgramRun), typeof(CommandLine),
    ];

    private static readonly ILookup<string, Type> Types =
        OneOfEachProject.SelectMany(one => one.Assembly.GetTypes()).ToLookup(type => type.Name);

    /// <summary>Returns the names in a text, each as type and member.</summary>
    public static IReadOnlyList<(string Type, string? Member)> In(string text) =>
        [.. Name().Matches(text).Select(match => (match.Groups[1].Value, match.Groups[2].Success ? match.Groups[2].Value : null))];

    /// <summary>Fails the test unless the code has the type and the type has the member.</summary>
    public static void Require((string Type, string? Member) name)
    {
        Assert.True(Types.Contains(name.Type), $"no project has a type {name.Type}");
        if (name.Member is { } member)
            Assert.True(Types[name.Type].Any(type => type.GetMember(member, Any).Length > 0), $"{name.Type} has no member {member}");
    }

    /// <summary>The name of a class. Names of projects are not matched.</summary>
    [GeneratedRegex(@"`(?!Sweep\.)([A-Z]\w*[a-z]\w*)(?:\.([A-Z]\w+))?`")]
    private static partial Regex Name();
}
