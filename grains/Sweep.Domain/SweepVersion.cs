using System.Reflection;

namespace Sweep.Domain;

/// <summary>The version of the build that made this program. It is the same in all projects of one build.</summary>
public static class SweepVersion
{
    /// <summary>The number and the commit: <c>0.1.0+</c> and the commit's hash, or the number alone when the build had no commit.</summary>
    public static string Full { get; } =
        typeof(SweepVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>The number: <c>0.1.0</c>.</summary>
    public static string Number { get; } = Full.Split('+')[0];

    /// <summary>The whole hash of the commit; empty when the build had none.</summary>
    public static string Commit { get; } = Full.Split('+') is [_, var commit] ? commit : "";
}
