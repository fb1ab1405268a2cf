using System.Reflection;

namespace Sweep.Domain;

/// <summary>The version that the build stamped into this program; one build stamps all of its projects alike.</summary>
public static class SweepVersion
{
    /// <summary>What the build stamped: <c>0.1.0+</c> and the commit, or the number alone where the build knew of no commit.</summary>
    public static string Full { get; } =
        typeof(SweepVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>The number: <c>0.1.0</c>.</summary>
    public static string Number { get; } = Full.Split('+')[0];

    /// <summary>The whole hash of the commit; empty where the build knew of none.</summary>
    public static string Commit { get; } = Full.Split('+') is [_, var commit] ? commit : "";
}
