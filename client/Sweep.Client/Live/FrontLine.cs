using Spectre.Console;
using Sweep.Domain.Reports;

namespace Sweep.Client.Live;

/// <summary>The line of the live view on the front of several objectives.</summary>
internal static class FrontLine
{
    /// <returns>Null with one objective, and before a trial has ended.</returns>
    public static Markup? Of(ProgressSnapshot snapshot, int width) => snapshot.Front is not { Count: > 0 } front ? null : Lines.Of(
        width,
        ($"front of {SearchText.Metrics(snapshot.Sweep.Spec)}:", "bold"),
        ($"{front.Count} {(front.Count == 1 ? "trial" : "trials")}, {string.Join(", ", front)}", null));
}
