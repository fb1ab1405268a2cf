using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>Finds the rows that the database refuses among many that one statement writes, and writes the others.</summary>
internal static class RefusedRows
{
    /// <summary>Whether an error means that nothing was stored, and that one of the rows is at fault.</summary>
    public static bool IsRefusal(Exception error) => DatabaseFault.Find(error) == DatabaseFault.Refused;

    /// <summary>Runs a statement for all items. While it is refused, it is run for each half of them, down to the single items.</summary>
    /// <param name="run">Stores all items or none. An error that is no refusal is thrown.</param>
    /// <param name="mostRefused">After so many refused items the rest is left as it is.</param>
    public static async Task<WrittenRows<TRow>> ApartAsync<TItem, TRow>(
        IReadOnlyList<TItem> items, Func<TItem, TrialId> trial, Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TRow>>> run,
        int mostRefused = int.MaxValue)
    {
        var (stored, refused) = (new List<TRow>(), new Dictionary<TrialId, Exception>());
        var parts = new Stack<IReadOnlyList<TItem>>([items]);
        while (refused.Count < mostRefused && parts.TryPop(out var part))
        {
            try
            {
                stored.AddRange(await run(part));
            }
            catch (Exception error) when (IsRefusal(error))
            {
                if (part.Count == 1)
                {
                    refused[trial(part[0])] = error;
                    continue;
                }

                parts.Push([.. part.Skip(part.Count / 2)]);
                parts.Push([.. part.Take(part.Count / 2)]);
            }
        }

        return new(stored, refused);
    }
}
